package dev.sanaq.train;

/**
 * A stretch of the autoencoder's training.
 *
 * @param name what it is called
 * @param steps updates
 * @param batch pictures an update
 * @param accumulation parts a batch is computed in
 * @param size side in pixels that pictures are resized to
 * @param crop side of the square cut from them at random; {@code size} for all of it
 * @param decoderOnly whether the encoder stays as it is
 * @param fresh whether the optimiser begins anew
 * @param noise the most noise on the decoder's input, in deviations of the latents
 * @param edges weight of the error's differences between neighbours
 * @param coarse weight of the error's 4 x 4 means
 * @param spread weight of what keeps every latent channel at mean 0 and deviation 1
 * @param rate the learning rate
 */
public record AutoencoderPhase(
    String name,
    int steps,
    int batch,
    int accumulation,
    int size,
    int crop,
    boolean decoderOnly,
    boolean fresh,
    double noise,
    double edges,
    double coarse,
    double spread,
    Rate rate)
    implements Phase {}
