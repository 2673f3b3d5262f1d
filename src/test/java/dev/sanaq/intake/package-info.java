@NullMarked
package dev.sanaq.intake;

import org.jspecify.annotations.NullMarked;
