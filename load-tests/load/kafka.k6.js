// Kafka load, with k6 built with xk6-kafka: k6 run -e BROKERS=localhost:9092 -e SHAPE=mixed load-tests/load/kafka.k6.js
// It only sends; the workers' metric sanaq_job_duration_seconds has the times of the jobs.
import { Writer, SchemaRegistry, SCHEMA_TYPE_STRING } from 'k6/x/kafka';
import { stages, request } from './shapes.js';

const topic = __ENV.TOPIC || 'sanaq.requests';
const writer = new Writer({ brokers: (__ENV.BROKERS || 'localhost:9092').split(','), topic });
const strings = new SchemaRegistry();

export const options = {
  scenarios: {
    requests: {
      executor: 'ramping-arrival-rate',
      timeUnit: '1s',
      preAllocatedVUs: 20,
      maxVUs: 200,
      ...stages(__ENV.SHAPE || 'steady', Number(__ENV.RATE || 2), Number(__ENV.SECONDS || 60)),
    },
  },
};

export default function () {
  const job = request(__ENV.SHAPE || 'steady', `${__VU}-${__ITER}-${Date.now()}`);
  const text = (data) => strings.serialize({ data, schemaType: SCHEMA_TYPE_STRING });
  writer.produce({ messages: [{ key: text(job.id), value: text(JSON.stringify(job)) }] });
}

export function teardown() {
  writer.close();
}
