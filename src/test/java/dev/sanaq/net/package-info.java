@NullMarked
package dev.sanaq.net;

import org.jspecify.annotations.NullMarked;
