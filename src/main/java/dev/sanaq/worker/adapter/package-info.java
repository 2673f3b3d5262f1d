/** The adapters of a worker's jobs: fetched before a job starts, kept until it has ended. */
@NullMarked
package dev.sanaq.worker.adapter;

import org.jspecify.annotations.NullMarked;
