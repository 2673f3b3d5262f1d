@NullMarked
package dev.sanaq.gateway.rest;

import org.jspecify.annotations.NullMarked;
