package dev.sanaq.sana;

import dev.sanaq.sana.solver.SolverKind;
import java.util.Set;

/**
 * What a loaded model is and what it draws unless told otherwise.
 *
 * @param name the checkpoint's folder name
 * @param compression pixels a latent's side stands for; exact sizes are multiples of it
 * @param width default width in pixels
 * @param height default height in pixels
 * @param steps default steps
 * @param guidanceScale default guidance
 * @param solver the solver that the checkpoint's scheduler file names
 * @param solvers the solvers that it can be drawn with
 * @param adapters names of the adapters that it can be drawn with
 * @param device where it runs, in words
 * @param precision what it computes in: fp32, bf16, fp16, int8
 */
public record ModelInfo(
    String name,
    int compression,
    int width,
    int height,
    int steps,
    double guidanceScale,
    SolverKind solver,
    Set<SolverKind> solvers,
    Set<String> adapters,
    String device,
    String precision) {}
