package dev.sanaq.train.config;

/**
 * A phase of the transformer's training.
 *
 * @param name name in messages and metrics
 * @param steps number of optimizer steps
 * @param batchSize images per step
 * @param gradientAccumulationSteps micro-batches per batch
 * @param resetOptimizer whether the phase clears the optimizer's state
 * @param flowShift shift of the timesteps towards noise
 * @param captionTau temperature of the softmax over an image's captions
 * @param captionDropout probability of dropping the caption, for classifier-free guidance
 * @param instructionShare share of captions that follow the complex human instruction
 * @param learningRate the learning rate over the phase
 * @param textEncoderRateScale multiple of it for the text encoder; 0 freezes the text encoder
 */
public record TransformerPhase(
    String name,
    int steps,
    int batchSize,
    int gradientAccumulationSteps,
    boolean resetOptimizer,
    double flowShift,
    double captionTau,
    double captionDropout,
    double instructionShare,
    LearningRateSchedule learningRate,
    double textEncoderRateScale)
    implements TrainingPhase {}
