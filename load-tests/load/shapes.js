// The load shapes. src/test/java/dev/sanaq/load has the same ones; the two must agree.

/** Returns the options of k6's ramping-arrival-rate executor. */
export function stages(shape, rate, seconds) {
  const fraction = (part) => `${Math.max(1, Math.round(seconds * part))}s`;
  switch (shape) {
    case 'burst': // five times the rate for a tenth of the time, then nothing for as long
      return {
        startRate: rate,
        stages: [
          { target: rate, duration: fraction(0.4) },
          { target: rate * 5, duration: '1s' },
          { target: rate * 5, duration: fraction(0.1) },
          { target: 0, duration: '1s' },
          { target: 0, duration: fraction(0.1) },
          { target: rate, duration: '1s' },
          { target: rate, duration: fraction(0.4) },
        ],
      };
    case 'ramp':
      return { startRate: 0, stages: [{ target: rate * 2, duration: fraction(1) }] };
    case 'steady':
    case 'mixed':
      return { startRate: rate, stages: [{ target: rate, duration: fraction(1) }] };
    default:
      throw new Error(`SHAPE is steady, burst, ramp or mixed, not ${shape}`);
  }
}

/** Returns one request; a mixed load has several sizes, steps and priorities. */
export function request(shape, name) {
  const base = { id: `load-${name}`, prompt: 'a red apple on a wooden table' };
  const side = Number(__ENV.SIDE || 512);
  const steps = Number(__ENV.STEPS || 4);
  if (shape !== 'mixed') {
    return { ...base, width: side, height: side, steps };
  }
  const random = Math.random();
  const wide = random < 0.2;
  return {
    ...base,
    width: wide ? side * 2 : side,
    height: side,
    steps: random < 0.6 ? steps : steps * 2,
    priority: random < 0.1 ? 'high' : random < 0.8 ? 'normal' : 'low',
  };
}
