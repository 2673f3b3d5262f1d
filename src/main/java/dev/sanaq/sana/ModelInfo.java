package dev.sanaq.sana;

import dev.sanaq.sana.solver.SolverKind;
import java.util.Set;

/**
 * A loaded model and its default parameters.
 *
 * @param name the checkpoint's folder name
 * @param compression pixels per latent, each side; exact sizes are multiples of it
 * @param width default width in pixels
 * @param height default height in pixels
 * @param steps default steps
 * @param guidanceScale default guidance
 * @param solver the default solver, that of the checkpoint's scheduler
 * @param solvers the solvers that it supports
 * @param adapters names of its LoRA adapters
 * @param device the device, as torch names it
 * @param precision fp32, bf16, fp16, int8
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
