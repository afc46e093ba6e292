// Hive's gateway, with the planner and the executor of its router in Rust.
import { createServer } from 'node:http'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'
import { unifiedGraphHandler } from '@graphql-hive/router-runtime'
import { told } from './agencies.js'

const gateway = createGatewayRuntime({ supergraph: process.argv[3], unifiedGraphHandler, logging: false })
const server = createServer(gateway)
server.listen(0, '127.0.0.1', () => told(`http://127.0.0.1:${server.address().port}/graphql`))
