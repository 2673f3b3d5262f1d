@NullMarked
package dev.sanaq.gateway.backlog;

import org.jspecify.annotations.NullMarked;
