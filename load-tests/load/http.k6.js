// HTTP load on a gateway: k6 run -e GATEWAY=http://localhost:8080 -e SHAPE=burst load-tests/load/http.k6.js
// SHAPE is steady, burst, ramp or mixed; RATE is jobs per second; SECONDS is the duration; KEY is an
// optional API key.
import http from 'k6/http';
import { check } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { stages, request } from './shapes.js';

const gateway = __ENV.GATEWAY || 'http://localhost:8080';
const wait = Number(__ENV.WAIT || 60);
const duration = new Trend('job_duration_seconds');
const ended = new Counter('jobs_ended');

export const options = {
  scenarios: {
    jobs: {
      executor: 'ramping-arrival-rate',
      // An open model: the arrival rate does not depend on the response time.
      timeUnit: '1s',
      preAllocatedVUs: 200,
      maxVUs: 2000,
      ...stages(__ENV.SHAPE || 'steady', Number(__ENV.RATE || 2), Number(__ENV.SECONDS || 60)),
    },
  },
  thresholds: {
    checks: ['rate>0.99'],
    http_req_failed: ['rate<0.01'],
  },
};

export default function () {
  const headers = { 'Content-Type': 'application/json', Prefer: `wait=${wait}` };
  if (__ENV.KEY) {
    headers.Authorization = `Bearer ${__ENV.KEY}`;
  }
  const startedAt = Date.now();
  const body = JSON.stringify(request(__ENV.SHAPE || 'steady', `${__VU}-${__ITER}-${startedAt}`));
  const response = http.post(`${gateway}/v1/jobs`, body, { headers, timeout: `${wait + 10}s` });
  check(response, { 'accepted (200 or 202)': (r) => r.status === 200 || r.status === 202 });
  if (response.status === 200) {
    const state = response.json('state');
    check(state, { completed: (s) => s === 'completed' });
    ended.add(1, { state });
    duration.add((Date.now() - startedAt) / 1000);
  }
}
