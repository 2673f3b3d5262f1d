@NullMarked
package dev.sanaq.worker.adapter;

import org.jspecify.annotations.NullMarked;
