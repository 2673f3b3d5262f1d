@NullMarked
package dev.sanaq.sana.preview;

import org.jspecify.annotations.NullMarked;
