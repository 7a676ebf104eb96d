/**
 * The controller: one event loop that decides against the speculative image, appends without waiting, and answers each
 * caller when its batch is applied. {@code ControllerCore} is the loop without thread or clock; {@code Controller} gives it both.
 */
@NullMarked
package io.muster.controller;

import org.jspecify.annotations.NullMarked;
