@NullMarked
package dev.sanaq.gateway.pool;

import org.jspecify.annotations.NullMarked;
