"""A plain worker in Python for comparison: reads a request, writes an image and a result to S3, sends an event.

It is written in the common way: aiokafka for Kafka, boto3 for S3 in a thread pool, a batch of jobs in
progress at a time, and offsets committed after their events. It promises less than sanaq: no
transactions (a job may have two events), no attempt count, no check for an earlier result, no "started"
event, no cancellation, and its image is encoded before the first request.

Needs `pip install aiokafka boto3`. Environment variables configure it.
"""

import asyncio
import hashlib
import json
import os
import random
import signal
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import boto3
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from botocore.config import Config

BUCKET = os.environ["S3_BUCKET"]
THREADS = int(os.environ.get("THREADS", "16"))
IN_FLIGHT = int(os.environ.get("IN_FLIGHT", "128"))


def png(side):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    noise = random.Random(7)
    rows = b"".join(
        b"\0" + bytes((x + y + noise.randrange(48)) % 256 for x in range(side) for _ in range(3)) for y in range(side)
    )
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


IMAGE = png(64)


class Worker:
    def __init__(self):
        servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
        self.consumer = AIOKafkaConsumer(
            os.environ["REQUESTS_TOPIC"],
            bootstrap_servers=servers,
            group_id=os.environ["GROUP"],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        self.producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True)
        self.s3 = boto3.client(
            "s3",
            endpoint_url=os.environ["S3_ENDPOINT"],
            config=Config(max_pool_connections=THREADS, s3={"addressing_style": "path"}),
        )
        self.pool = ThreadPoolExecutor(THREADS)

    def store(self, job):
        """Stores the image, then the result, and returns the data of the event. Runs in a pool thread."""
        key = f"{job['id']}/0.png"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=IMAGE, ContentType="image/png")
        url = self.s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": key}, ExpiresIn=604800)
        image = {"bucket": BUCKET, "key": key, "url": url, "bytes": len(IMAGE)}
        image["sha256"] = hashlib.sha256(IMAGE).hexdigest()
        data = json.dumps({"id": job["id"], "images": [image], "request": job}).encode()
        self.s3.put_object(Bucket=BUCKET, Key=f"{job['id']}/result.json", Body=data, ContentType="application/json")
        return data

    async def work(self, record):
        job = json.loads(record.value)
        data = await asyncio.get_running_loop().run_in_executor(self.pool, self.store, job)
        event = {
            "ce_specversion": "1.0",
            "ce_id": f"{job['id']}/completed",
            "ce_source": "/python",
            "ce_type": "dev.sanaq.job.completed.v1",
            "ce_subject": job["id"],
            "ce_time": datetime.now(timezone.utc).isoformat(),
            "content-type": "application/json",
        }
        headers = [(name, value.encode()) for name, value in event.items()]
        await self.producer.send_and_wait(os.environ["EVENTS_TOPIC"], data, key=record.key, headers=headers)

    async def run(self):
        stopping = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
        await self.producer.start()
        await self.consumer.start()
        print("worker ready")
        while not stopping.is_set():
            batches = await self.consumer.getmany(timeout_ms=100, max_records=IN_FLIGHT)
            records = [record for batch in batches.values() for record in batch]
            if records:
                await asyncio.gather(*(self.work(record) for record in records))
                ends = {TopicPartition(p.topic, p.partition): batch[-1].offset + 1 for p, batch in batches.items()}
                await self.consumer.commit(ends)
        await self.consumer.stop()
        await self.producer.stop()


async def main():
    await Worker().run()


asyncio.run(main())
