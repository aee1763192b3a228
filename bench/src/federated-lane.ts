import { workerData } from 'node:worker_threads'
import { serveLane } from '@torusmesh/federated'

serveLane(workerData)
