package dev.sanaq.sana.lora;

import java.nio.file.Path;

/**
 * Where an adapter comes from that is not in the model's folder.
 *
 * @param uri by which requests name it
 * @param file a copy on this machine
 */
public record LoraSource(String uri, Path file) {}
