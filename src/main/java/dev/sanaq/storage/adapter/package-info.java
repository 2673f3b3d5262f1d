/** LoRA adapters on S3: pushed by the command line, fetched by workers into a shared folder. */
@NullMarked
package dev.sanaq.storage.adapter;

import org.jspecify.annotations.NullMarked;
