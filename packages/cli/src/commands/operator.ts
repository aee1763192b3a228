import { Command } from 'commander'
import type { Context } from '../context.ts'
import { operatorReleaseCommand, operatorTakeControlCommand } from './operator-control.ts'
import { operatorDiscoverCommand } from './operator-discover.ts'
import { operatorExplainCommand } from './operator-explain.ts'
import { operatorGrantCommand } from './operator-grant.ts'
import { operatorIncidentsCommand } from './operator-incidents.ts'
import { operatorRulesCommand } from './operator-rules.ts'
import { operatorStatusCommand } from './operator-status.ts'

export function operatorCommand(context: Context): Command {
  return new Command('operator')
    .description('the agent that keeps the services of this machine alive')
    .addCommand(operatorDiscoverCommand(context))
    .addCommand(operatorStatusCommand(context))
    .addCommand(operatorRulesCommand(context))
    .addCommand(operatorIncidentsCommand(context))
    .addCommand(operatorExplainCommand(context))
    .addCommand(operatorTakeControlCommand(context))
    .addCommand(operatorReleaseCommand(context))
    .addCommand(operatorGrantCommand(context))
}
