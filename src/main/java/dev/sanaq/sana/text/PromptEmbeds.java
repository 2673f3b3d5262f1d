package dev.sanaq.sana.text;

/**
 * The embeddings of one prompt, without padding (diffusers: {@code prompt_embeds}).
 *
 * @param embeddings {@code tokens * width} values, token by token
 * @param tokens at least 1
 * @param width the text encoder's hidden size
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; shared read-only
public record PromptEmbeds(float[] embeddings, int tokens, int width) {}
