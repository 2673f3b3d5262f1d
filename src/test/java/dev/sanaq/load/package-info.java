/** Load by Kafka and by HTTP on a whole service: steady, in bursts, growing, mixed. */
@NullMarked
package dev.sanaq.load;

import org.jspecify.annotations.NullMarked;
