@NullMarked
package dev.sanaq.gateway.auth;

import org.jspecify.annotations.NullMarked;
