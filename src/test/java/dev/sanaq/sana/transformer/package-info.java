@NullMarked
package dev.sanaq.sana.transformer;

import org.jspecify.annotations.NullMarked;
