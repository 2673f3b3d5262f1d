// The shapes of the load, as src/test/java/dev/sanaq/load has them: keep both alike.

/** Arrivals by time, for k6's ramping-arrival-rate. */
export function stages(shape, rate, seconds) {
  const whole = (part) => `${Math.max(1, Math.round(seconds * part))}s`;
  switch (shape) {
    case 'burst': // a tenth of the time five times as much, and nothing for as long afterwards
      return {
        startRate: rate,
        stages: [
          { target: rate, duration: whole(0.4) },
          { target: rate * 5, duration: '1s' },
          { target: rate * 5, duration: whole(0.1) },
          { target: 0, duration: '1s' },
          { target: 0, duration: whole(0.1) },
          { target: rate, duration: '1s' },
          { target: rate, duration: whole(0.4) },
        ],
      };
    case 'ramp':
      return { startRate: 0, stages: [{ target: rate * 2, duration: whole(1) }] };
    case 'steady':
    case 'mixed':
      return { startRate: rate, stages: [{ target: rate, duration: whole(1) }] };
    default:
      throw new Error(`SHAPE is steady, burst, ramp or mixed, not ${shape}`);
  }
}

/** One request; mixed ones are of several sizes, steps and priorities. */
export function request(shape, name) {
  const asked = { id: `load-${name}`, prompt: 'a red apple on a wooden table' };
  const side = Number(__ENV.SIDE || 512);
  const steps = Number(__ENV.STEPS || 4);
  if (shape !== 'mixed') {
    return { ...asked, width: side, height: side, steps };
  }
  const draw = Math.random();
  const wide = draw < 0.2;
  return {
    ...asked,
    width: wide ? side * 2 : side,
    height: side,
    steps: draw < 0.6 ? steps : steps * 2,
    priority: draw < 0.1 ? 'high' : draw < 0.8 ? 'normal' : 'low',
  };
}
