// The shapes of the load, equal to those in src/test/java/dev/sanaq/load: change both together.

/** Arrivals by time, for k6's ramping-arrival-rate. */
export function stages(shape, rate, seconds) {
  const duration = (part) => `${Math.max(1, Math.round(seconds * part))}s`;
  switch (shape) {
    case 'burst': // five times the rate for a tenth of the time, then nothing for as long
      return {
        startRate: rate,
        stages: [
          { target: rate, duration: duration(0.4) },
          { target: rate * 5, duration: '1s' },
          { target: rate * 5, duration: duration(0.1) },
          { target: 0, duration: '1s' },
          { target: 0, duration: duration(0.1) },
          { target: rate, duration: '1s' },
          { target: rate, duration: duration(0.4) },
        ],
      };
    case 'ramp':
      return { startRate: 0, stages: [{ target: rate * 2, duration: duration(1) }] };
    case 'steady':
    case 'mixed':
      return { startRate: rate, stages: [{ target: rate, duration: duration(1) }] };
    default:
      throw new Error(`SHAPE is steady, burst, ramp or mixed, not ${shape}`);
  }
}

/** One request; mixed ones have several sizes, steps and priorities. */
export function request(shape, name) {
  const base = { id: `load-${name}`, prompt: 'a red apple on a wooden table' };
  const side = Number(__ENV.SIDE || 512);
  const steps = Number(__ENV.STEPS || 4);
  if (shape !== 'mixed') {
    return { ...base, width: side, height: side, steps };
  }
  const sample = Math.random();
  const wide = sample < 0.2;
  return {
    ...base,
    width: wide ? side * 2 : side,
    height: side,
    steps: sample < 0.6 ? steps : steps * 2,
    priority: sample < 0.1 ? 'high' : sample < 0.8 ? 'normal' : 'low',
  };
}
