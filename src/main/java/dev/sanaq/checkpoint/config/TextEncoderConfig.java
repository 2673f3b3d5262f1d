package dev.sanaq.checkpoint.config;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The text encoder's config, {@code text_encoder/config.json}; names are those of transformers'
 * {@code Gemma2Config} (4.57.3).
 *
 * @param vocabSize rows of the embedding
 * @param hiddenSize width of the states; embeddings are multiplied by its square root
 * @param intermediateSize width of GeGLU
 * @param numHiddenLayers decoder layers
 * @param numAttentionHeads heads of queries
 * @param numKeyValueHeads heads of keys and values; divides {@code numAttentionHeads}
 * @param headDim width of a head, even
 * @param maxPositionEmbeddings the maximum sequence length
 * @param rmsNormEps epsilon of the RMS norms, whose weight is (1 + w)
 * @param ropeTheta base of the rotary positions
 * @param attentionBias whether q, k, v and o have a bias
 * @param queryPreAttnScalar attention logits are divided by its square root
 * @param slidingWindow positions that a sliding layer attends to, including its own
 * @param layerTypes attention of each layer
 * @param attnLogitSoftcapping attention logits become {@code cap * tanh(logit / cap)}; empty for no
 *     cap
 * @param padTokenId padding
 * @param bosTokenId beginning of a text
 * @param eosTokenId end of a text
 */
public record TextEncoderConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headDim,
    int maxPositionEmbeddings,
    double rmsNormEps,
    double ropeTheta,
    boolean attentionBias,
    double queryPreAttnScalar,
    int slidingWindow,
    List<LayerType> layerTypes,
    OptionalDouble attnLogitSoftcapping,
    int padTokenId,
    int bosTokenId,
    int eosTokenId) {

  /** The positions that a layer attends to. */
  public enum LayerType {
    /** The last {@code slidingWindow} positions. */
    SLIDING_ATTENTION,
    /** Every earlier position. */
    FULL_ATTENTION
  }

  public TextEncoderConfig {
    layerTypes = List.copyOf(layerTypes);
  }
}
