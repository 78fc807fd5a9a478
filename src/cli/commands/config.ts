import { printConfig } from '../../config-reference.ts'
import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

export const configPrint: Command = {
  name: 'config print',
  summary: 'show the settings in force, without secrets',
  options: {},
  async run() {
    console.log(printConfig(settings()))
    return 0
  },
}

export const configCheck: Command = {
  name: 'config check',
  summary: 'judge the configuration and say everything that is wrong with it',
  options: {},
  async run() {
    settings()
    console.log('The configuration is fine.')
    return 0
  },
}
