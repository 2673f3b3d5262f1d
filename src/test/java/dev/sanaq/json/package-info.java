@NullMarked
package dev.sanaq.json;

import org.jspecify.annotations.NullMarked;
