@NullMarked
package dev.sanaq.train.controlnet;

import org.jspecify.annotations.NullMarked;
