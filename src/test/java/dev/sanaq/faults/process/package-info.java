/** The programs under test as processes: broker, S3, workers, gateways, faulty workers. */
@NullMarked
package dev.sanaq.faults.process;

import org.jspecify.annotations.NullMarked;
