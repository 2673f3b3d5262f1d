package dev.sanaq.train.config;

/**
 * A stretch of the autoencoder's training.
 *
 * @param name what it is called
 * @param steps updates
 * @param batchSize images an update
 * @param gradientAccumulationSteps parts a batch is computed in
 * @param size side in pixels that images are resized to
 * @param crop side of the square cut from them at random; {@code size} for all of it
 * @param decoderOnly whether the encoder stays as it is
 * @param resetOptimizer whether the optimizer begins anew
 * @param maxLatentNoise the most noise on the decoder's input, in deviations of the latents
 * @param gradientLossWeight weight of the error's differences between neighbours
 * @param lowResLossWeight weight of the error's 4 x 4 means
 * @param latentStatsWeight weight of what keeps every latent channel at mean 0 and deviation 1
 * @param learningRate the learning rate
 */
public record AutoencoderPhase(
    String name,
    int steps,
    int batchSize,
    int gradientAccumulationSteps,
    int size,
    int crop,
    boolean decoderOnly,
    boolean resetOptimizer,
    double maxLatentNoise,
    double gradientLossWeight,
    double lowResLossWeight,
    double latentStatsWeight,
    LearningRateSchedule learningRate)
    implements TrainingPhase {}
