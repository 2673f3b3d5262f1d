@NullMarked
package dev.sanaq.checkpoint.tensors;

import org.jspecify.annotations.NullMarked;
