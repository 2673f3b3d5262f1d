@NullMarked
package dev.sanaq.sana.pipeline;

import org.jspecify.annotations.NullMarked;
