@NullMarked
package dev.sanaq.sana.denoise;

import org.jspecify.annotations.NullMarked;
