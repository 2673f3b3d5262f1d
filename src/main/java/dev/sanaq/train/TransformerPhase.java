package dev.sanaq.train;

/**
 * A stretch of the transformer's training.
 *
 * @param name what it is called
 * @param steps updates
 * @param batch pictures an update
 * @param accumulation parts a batch is computed in
 * @param fresh whether the optimiser begins anew
 * @param flowShift how far the timesteps lean towards noise
 * @param captionTau temperature of the choice among a picture's captions
 * @param captionDropout share of the pictures that are learnt without a caption, for guidance
 * @param instructed share of the captions that stand behind the complex human instruction
 * @param rate the learning rate
 * @param textRate the text encoder's rate as a multiple of that; 0 where it does not learn
 */
public record TransformerPhase(
    String name,
    int steps,
    int batch,
    int accumulation,
    boolean fresh,
    double flowShift,
    double captionTau,
    double captionDropout,
    double instructed,
    Rate rate,
    double textRate)
    implements Phase {}
