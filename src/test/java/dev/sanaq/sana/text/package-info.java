@NullMarked
package dev.sanaq.sana.text;

import org.jspecify.annotations.NullMarked;
