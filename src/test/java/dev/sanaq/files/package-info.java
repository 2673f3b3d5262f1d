@NullMarked
package dev.sanaq.files;

import org.jspecify.annotations.NullMarked;
