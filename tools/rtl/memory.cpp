#include "memory.h"
#include <elf.h>
#include <fstream>
#include <iterator>

uint8_t *Memory::at(uint32_t address, uint64_t length) {
  if (!holds(address, length)) {
    char text[96];
    std::snprintf(text, sizeof text, "%llu bytes at 0x%08x are not in memory", (unsigned long long)length,
                  address);
    throw Failure(text);
  }
  return &bytes_[address - base];
}

void Memory::load(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Failure(path + " can't be read");
  }
  std::vector<char> content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Elf32_Ehdr header;
  if (content.size() < sizeof header) {
    throw Failure(path + " is no ELF file");
  }
  std::memcpy(&header, content.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS32 ||
      header.e_machine != EM_RISCV || header.e_type != ET_EXEC) {
    throw Failure(path + " is no executable for 32-bit RISC-V; build it with firmware/build virt-rv32imc");
  }
  entry_ = header.e_entry;
  for (int index = 0; index < header.e_phnum; index++) {
    Elf32_Phdr segment;
    uint64_t place = header.e_phoff + uint64_t(index) * sizeof segment;
    if (place + sizeof segment > content.size()) {
      throw Failure(path + " is cut short");
    }
    std::memcpy(&segment, &content[place], sizeof segment);
    if (segment.p_type != PT_LOAD || segment.p_filesz == 0) {
      continue;
    }
    if (uint64_t(segment.p_offset) + segment.p_filesz > content.size()) {
      throw Failure(path + " is cut short");
    }
    std::memcpy(at(segment.p_paddr, segment.p_filesz), &content[segment.p_offset], segment.p_filesz);
  }
}
