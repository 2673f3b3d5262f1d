package dev.sanaq.train.config;

/**
 * A phase of the autoencoder's training.
 *
 * @param name name in messages and metrics
 * @param steps number of optimizer steps
 * @param batchSize images per step
 * @param gradientAccumulationSteps micro-batches per batch
 * @param size width and height in pixels that images are resized to
 * @param crop side of the random square crop; {@code size} for the whole image
 * @param decoderOnly whether the encoder is frozen
 * @param resetOptimizer whether the phase clears the optimizer's state
 * @param maxLatentNoise maximum noise on the decoder's input, in standard deviations of the latents
 * @param gradientLossWeight weight of the loss on the error's differences between neighbours
 * @param lowResLossWeight weight of the loss on the error's 4 x 4 means
 * @param latentStatsWeight weight of the loss that keeps each latent channel at mean 0 and standard
 *     deviation 1
 * @param learningRate the learning rate over the phase
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
