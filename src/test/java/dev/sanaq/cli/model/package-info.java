@NullMarked
package dev.sanaq.cli.model;

import org.jspecify.annotations.NullMarked;
