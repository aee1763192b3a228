import { workerData } from 'node:worker_threads'
import { serveLane } from '../../src/model/lanes.ts'

serveLane(workerData)
