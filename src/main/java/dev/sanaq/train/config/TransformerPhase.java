package dev.sanaq.train.config;

/**
 * A stretch of the transformer's training.
 *
 * @param name what it is called
 * @param steps updates
 * @param batchSize images an update
 * @param gradientAccumulationSteps parts a batch is computed in
 * @param resetOptimizer whether the optimizer begins anew
 * @param flowShift how far the timesteps lean towards noise
 * @param captionTau temperature of the choice among an image's captions
 * @param captionDropout share of the images that are learnt without a caption, for guidance
 * @param instructionShare share of the captions that stand behind the complex human instruction
 * @param learningRate the learning rate
 * @param textEncoderRateScale the text encoder's rate as a multiple of that; 0 where it does not
 *     learn
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
