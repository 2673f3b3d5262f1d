@NullMarked
package dev.sanaq.sana.conditioning;

import org.jspecify.annotations.NullMarked;
