@NullMarked
package dev.sanaq.train.eval;

import org.jspecify.annotations.NullMarked;
