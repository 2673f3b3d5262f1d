/** The ControlNets of a loaded model, and one at work in a pass. */
@NullMarked
package dev.sanaq.sana.control;

import org.jspecify.annotations.NullMarked;
