-- SPDX-License-Identifier: Apache-2.0
-- Runs in a headless neovim (0.7): opens $LSP_FILE with `$LSP_PROG tosca lsp`, asks what the JSON list of $LSP_ASKS says,
-- and writes what came as JSON to $LSP_OUT. An ask: {what, line, character}, or {"type", line, character, text} to type.
local answers = {}
local function fail(text)
  answers.error = text
end

local function wait(what, done)
  if not vim.wait(20000, done, 20) then
    fail("waited in vain: " .. what)
  end
end

local function position(ask)
  return { textDocument = vim.lsp.util.make_text_document_params(), position = { line = ask[2], character = ask[3] } }
end

local function request(method, ask)
  local all, err = vim.lsp.buf_request_sync(0, "textDocument/" .. method, position(ask), 20000)
  if not all then
    fail(method .. ": " .. tostring(err))
    return vim.NIL
  end
  for _, answer in pairs(all) do
    return answer.error and { fault = answer.error } or answer.result or vim.NIL
  end
  return vim.NIL
end

local function found()
  local list = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    table.insert(list, { line = d.lnum, character = d.col, code = d.code, message = d.message, severity = d.severity })
  end
  return list
end

local does = {
  -- Types at the place, in insert mode's way: the buffer changes, and neovim tells the server.
  type = function(ask)
    vim.api.nvim_buf_set_text(0, ask[2], ask[3], ask[2], ask[3], vim.split(ask[4], "\n"))
    return true
  end,
  erase = function(ask)
    vim.api.nvim_buf_set_text(0, ask[2], ask[3], ask[4], ask[5], {})
    return true
  end,
  diagnostics = function(ask) -- waits until there are so many
    wait(ask[2] .. " diagnostics", function() return #vim.diagnostic.get(0) == ask[2] end)
    return found()
  end,
  told = function(ask) -- waits until just one is told, of that code
    wait("one " .. ask[2], function()
      local all = vim.diagnostic.get(0)
      return #all == 1 and all[1].code == ask[2]
    end)
    return found()
  end,
  jump = function(ask) -- as the user does: gd
    vim.api.nvim_win_set_cursor(0, { ask[2] + 1, ask[3] })
    local before = vim.api.nvim_buf_get_name(0)
    vim.lsp.buf.definition()
    wait("the jump", function()
      local at = vim.api.nvim_win_get_cursor(0)
      return vim.api.nvim_buf_get_name(0) ~= before or at[1] ~= ask[2] + 1
    end)
    local at = vim.api.nvim_win_get_cursor(0)
    local place = { vim.api.nvim_buf_get_name(0), at[1], vim.api.nvim_get_current_line() }
    vim.cmd("silent! buffer " .. before)
    return place
  end,
  format = function()
    vim.lsp.buf.formatting_sync({}, 20000)
    return vim.api.nvim_buf_get_lines(0, 0, -1, false)
  end,
}

local function main()
  vim.o.hidden = true
  vim.cmd("edit " .. vim.env.LSP_FILE)
  local client = vim.lsp.start_client({ name = "sedge", cmd = { vim.env.LSP_PROG, "tosca", "lsp" }, root_dir = vim.fn.fnamemodify(vim.env.LSP_FILE, ":h") })
  vim.lsp.buf_attach_client(0, client)
  wait("the server", function() return vim.lsp.get_client_by_id(client) and vim.lsp.get_client_by_id(client).initialized end)
  answers.capabilities = vim.lsp.get_client_by_id(client).server_capabilities
  for i, ask in ipairs(vim.json.decode(vim.env.LSP_ASKS)) do
    answers[tostring(i)] = does[ask[1]] and does[ask[1]](ask) or (not does[ask[1]] and request(ask[1], ask)) or vim.NIL
  end
  vim.lsp.stop_client(client)
  wait("the end", function() return vim.lsp.client_is_stopped(client) end)
end

local ok, err = pcall(main)
if not ok then
  fail(tostring(err))
end
local out = io.open(vim.env.LSP_OUT, "w")
out:write(vim.json.encode(answers))
out:close()
vim.cmd("qall!")
