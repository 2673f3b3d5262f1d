@NullMarked
package dev.sanaq.sana.control;

import org.jspecify.annotations.NullMarked;
