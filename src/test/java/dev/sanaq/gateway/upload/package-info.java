@NullMarked
package dev.sanaq.gateway.upload;

import org.jspecify.annotations.NullMarked;
