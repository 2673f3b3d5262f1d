@NullMarked
package dev.sanaq.gateway.view;

import org.jspecify.annotations.NullMarked;
