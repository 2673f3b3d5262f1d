@NullMarked
package dev.sanaq.sana;

import org.jspecify.annotations.NullMarked;
